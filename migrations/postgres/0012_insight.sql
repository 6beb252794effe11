-- Insight: how senders mark their letters, counted by day and without a link to any letter, and who has seen content of which
-- letter, so that eyes can be counted without reading the trail through.

-- One row for all letters of a day that are alike: whom they came from, which system made them, where they went, and which
-- marks they had (bits). The sender is a CVR number, and empty for everybody who has none: persons are counted together.
create table marked (
    authority text not null,
    day text not null,
    sender text not null,
    sender_kind text not null,
    system text not null,
    unit text not null,
    marks bigint not null,
    number bigint not null,
    waited bigint not null,
    primary key (authority, day, sender, sender_kind, system, unit, marks)
);
create index marked_sender on marked (authority, sender, day);

-- What a sender or a system calls itself, sealed: others have written it.
create table marked_name (
    authority text not null,
    key text not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    primary key (authority, key)
);

-- Who has seen content of which letter, by user id, in which role, and when first.
create table eye (
    authority text not null,
    message text not null,
    person text not null,
    role text not null,
    first_at bigint not null,
    primary key (authority, message, person, role)
);

create index message_available on message (authority, available_at, id, stage);
create index hand_over_handed on hand_over (authority, handed_at);
-- Who has a message now: without it, what lies with anybody at all would be looked through for each message.
create index hand_over_open_message on hand_over (authority, message, unit) where ended_at is null;
create index judged_decided on judged (authority, model, decided_at, unit, subject_sure, passed_on, unit_right, settled_at);

alter table marked enable row level security;
alter table marked force row level security;
create policy marked_of_authority on marked using (authority = current_setting('modtag.authority', true));

alter table marked_name enable row level security;
alter table marked_name force row level security;
create policy marked_name_of_authority on marked_name using (authority = current_setting('modtag.authority', true));

alter table eye enable row level security;
alter table eye force row level security;
create policy eye_of_authority on eye using (authority = current_setting('modtag.authority', true));
