-- Letters that a post distributor laid aside: until later, until a colleague has said whose they are, or until they are sent on to another
-- authority. They still wait, and stand in line again by themselves when their time is up. Words lie sealed under the message's key.

create table desk_aside (
    authority text not null,
    message text not null,
    kind text not null,
    person text not null,
    made_at bigint not null,
    until_at bigint not null,
    asked_unit text,
    asked_person text,
    said_at bigint,
    sealed bytea not null,
    primary key (authority, message)
);
create index desk_aside_unit on desk_aside (authority, asked_unit) where asked_unit is not null and said_at is null;
create index desk_aside_person on desk_aside (authority, asked_person) where asked_person is not null and said_at is null;

-- The queue in the order in which it is shown, so that its head is read without the rest.
create index message_desk on message (authority, urgent desc, (case when deadline is null then 1 else 0 end), deadline, stored_at, id)
    where stage = 'waiting' and outcome <> 'left-to-handler';

-- What was closed at the desk, newest first.
create index message_closed on message (authority, due_at) where outcome in ('sent-on', 'unwanted');

alter table desk_aside enable row level security;
alter table desk_aside force row level security;
create policy desk_aside_of_authority on desk_aside using (authority = current_setting('modtag.authority', true));
