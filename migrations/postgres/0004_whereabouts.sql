-- A hand-over says whom the letter was meant for when somebody else got it, when it was opened, and when it goes on if it
-- is not. Names and reasons are ids and stable words.

alter table hand_over add column meant_for text;
alter table hand_over add column redirect text;
alter table hand_over add column escalate_at bigint;
alter table hand_over add column opened_at bigint;
alter table hand_over add column ended_why text;

create index hand_over_unopened on hand_over (authority, escalate_at) where escalate_at is not null and opened_at is null and ended_at is null;
create index hand_over_escalated on hand_over (authority, message) where ended_why = 'escalated';
