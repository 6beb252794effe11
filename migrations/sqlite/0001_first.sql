-- The first house: messages, decisions, effects, the audit log and the built-in journal, all scoped by authority (CVR).
-- Times are microseconds since 1970 in UTC. Columns named sealed hold personal data, encrypted under the row's own key.

create table meta (
    authority text not null,
    name text not null,
    value text not null,
    primary key (authority, name)
);

create table message (
    authority text not null,
    id text not null,
    memo_uuid text,
    digest blob not null,
    conflicts_with text,
    stage text not null,
    outcome text not null,
    channel text not null,
    stored_at bigint not null,
    available_at bigint not null,
    size bigint not null,
    content_object text not null,
    content_offset bigint not null,
    content_length bigint not null,
    wrapped_key blob not null,
    sender_lookup blob,
    sealed blob not null,
    urgent bigint not null default 0,
    deadline bigint,
    due_at bigint not null,
    lease_owner text,
    lease_until bigint not null default 0,
    attempts bigint not null default 0,
    last_fault text,
    primary key (authority, id)
);
create unique index message_digest on message (authority, digest);
create index message_uuid on message (authority, memo_uuid);
create index message_open on message (authority, stage, due_at) where stage in ('received', 'waiting', 'quarantined');
create index message_stored on message (authority, stored_at);
create index message_sender on message (authority, sender_lookup) where sender_lookup is not null;

create table decision (
    authority text not null,
    message text not null,
    number bigint not null,
    decided_at bigint not null,
    decider text not null,
    edition text not null,
    model text not null,
    outcome text not null,
    sealed blob not null,
    primary key (authority, message, number)
);

create table effect (
    authority text not null,
    id text not null,
    message text not null,
    decision bigint not null,
    kind text not null,
    key text not null,
    state text not null,
    made_at bigint not null,
    due_at bigint not null,
    attempts bigint not null default 0,
    look_ups bigint not null default 0,
    doubt bigint not null default 0,
    lease_owner text,
    lease_until bigint not null default 0,
    last_fault text,
    done_at bigint,
    primary key (authority, id)
);
create unique index effect_key on effect (authority, key);
create index effect_message on effect (authority, message);
create index effect_due on effect (authority, due_at) where state = 'due';

create table effect_step (
    authority text not null,
    effect text not null,
    step text not null,
    token text not null,
    at bigint not null,
    primary key (authority, effect, step)
);

create table hand_over (
    authority text not null,
    message text not null,
    unit text not null,
    person text,
    handed_at bigint not null,
    ended_at bigint,
    primary key (authority, message, handed_at)
);
create index hand_over_unit on hand_over (authority, unit, handed_at);

create table audit_log (
    authority text not null primary key,
    size bigint not null,
    frontier blob not null,
    last_at bigint not null
);

create table audit_event (
    authority text not null,
    seq bigint not null,
    at bigint not null,
    kind text not null,
    message text,
    body blob not null,
    leaf blob not null,
    nodes blob not null,
    primary key (authority, seq)
);
create index audit_event_message on audit_event (authority, message) where message is not null;

create table audit_checkpoint (
    authority text not null,
    size bigint not null,
    at bigint not null,
    note text not null,
    frontier blob not null,
    primary key (authority, size)
);

create table case_file (
    authority text not null,
    number text not null,
    key text not null,
    open bigint not null,
    progress text not null,
    successor text,
    subject text,
    facet text,
    unit text,
    handler text,
    sensitivity text not null,
    created_at bigint not null,
    entries bigint not null default 0,
    wrapped_key blob not null,
    sealed blob not null,
    primary key (authority, number)
);
create unique index case_file_key on case_file (authority, key);

create table case_party (
    authority text not null,
    case_number text not null,
    number bigint not null,
    lookup blob not null,
    main bigint not null,
    sealed blob not null,
    primary key (authority, case_number, number)
);
create index case_party_lookup on case_party (authority, lookup);

create table journal_entry (
    authority text not null,
    id text not null,
    key text not null,
    case_number text not null,
    number bigint not null,
    message_uuid text not null,
    message_digest text not null,
    received_at bigint not null,
    letter_date text,
    filed_at bigint not null,
    sensitivity text not null,
    on_post_list bigint not null,
    documents bigint not null,
    sealed blob not null,
    primary key (authority, id)
);
create unique index journal_entry_key on journal_entry (authority, key);
create unique index journal_entry_number on journal_entry (authority, case_number, number);

create table sent_letter (
    authority text not null,
    message_uuid text not null,
    message_id_lookup blob,
    case_number text not null,
    primary key (authority, message_uuid)
);
create index sent_letter_message_id on sent_letter (authority, message_id_lookup);

create table protected_person (
    authority text not null,
    lookup blob not null,
    primary key (authority, lookup)
);

create table policy_edition (
    authority text not null,
    edition text not null,
    loaded_at bigint not null,
    wrapped_key blob not null,
    sealed blob not null,
    primary key (authority, edition)
);
