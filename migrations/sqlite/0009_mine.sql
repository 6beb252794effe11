-- The case handler's desk and pull-back: when somebody was done with a letter, and journal entries that turned out to be misfiled.

alter table hand_over add column done_at bigint;
alter table hand_over add column done_by text;

create index hand_over_open_unit on hand_over (authority, unit) where ended_at is null;
create index hand_over_open_person on hand_over (authority, person) where ended_at is null and person is not null;

-- A misfiled entry stays where it is and is marked. Why it is wrong lies sealed under its message's key.
create table journal_correction (
    authority text not null,
    entry text not null,
    message text not null,
    at bigint not null,
    person text not null,
    sealed blob not null,
    primary key (authority, entry, at)
);
create index journal_correction_message on journal_correction (authority, message);
