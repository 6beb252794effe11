-- A hand-over says which role and which robot queue it is meant for, and calls to other systems (webhooks) are claimed apart
-- from the rest, so that many of them that wait for a slow receiver are not looked through for everything else.

alter table hand_over add column role text;
alter table hand_over add column queue text;

create index effect_due_here on effect (authority, due_at) where state = 'due' and kind <> 'webhook';
create index effect_due_webhook on effect (authority, due_at) where state = 'due' and kind = 'webhook';
drop index effect_due;

-- What was given up is few, and is counted and listed.
create index effect_failed on effect (authority, message) where state = 'failed';
