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
    digest bytea not null,
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
    wrapped_key bytea not null,
    sender_lookup bytea,
    sealed bytea not null,
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
    sealed bytea not null,
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
    frontier bytea not null,
    last_at bigint not null
);

create table audit_event (
    authority text not null,
    seq bigint not null,
    at bigint not null,
    kind text not null,
    message text,
    body bytea not null,
    leaf bytea not null,
    nodes bytea not null,
    primary key (authority, seq)
);
create index audit_event_message on audit_event (authority, message) where message is not null;

create table audit_checkpoint (
    authority text not null,
    size bigint not null,
    at bigint not null,
    note text not null,
    frontier bytea not null,
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
    wrapped_key bytea not null,
    sealed bytea not null,
    primary key (authority, number)
);
create unique index case_file_key on case_file (authority, key);

create table case_party (
    authority text not null,
    case_number text not null,
    number bigint not null,
    lookup bytea not null,
    main bigint not null,
    sealed bytea not null,
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
    sealed bytea not null,
    primary key (authority, id)
);
create unique index journal_entry_key on journal_entry (authority, key);
create unique index journal_entry_number on journal_entry (authority, case_number, number);

create table sent_letter (
    authority text not null,
    message_uuid text not null,
    message_id_lookup bytea,
    case_number text not null,
    primary key (authority, message_uuid)
);
create index sent_letter_message_id on sent_letter (authority, message_id_lookup);

create table protected_person (
    authority text not null,
    lookup bytea not null,
    primary key (authority, lookup)
);

create table policy_edition (
    authority text not null,
    edition text not null,
    loaded_at bigint not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    primary key (authority, edition)
);

-- Row-level security backs up the scoping that every query does itself: a connection sees only the authority it named.
-- The program sets modtag.authority at the start of each transaction. A superuser is not bound by it, so do not run as one.

alter table meta enable row level security;
alter table meta force row level security;
create policy meta_of_authority on meta using (authority = current_setting('modtag.authority', true));

alter table message enable row level security;
alter table message force row level security;
create policy message_of_authority on message using (authority = current_setting('modtag.authority', true));

alter table decision enable row level security;
alter table decision force row level security;
create policy decision_of_authority on decision using (authority = current_setting('modtag.authority', true));

alter table effect enable row level security;
alter table effect force row level security;
create policy effect_of_authority on effect using (authority = current_setting('modtag.authority', true));

alter table effect_step enable row level security;
alter table effect_step force row level security;
create policy effect_step_of_authority on effect_step using (authority = current_setting('modtag.authority', true));

alter table hand_over enable row level security;
alter table hand_over force row level security;
create policy hand_over_of_authority on hand_over using (authority = current_setting('modtag.authority', true));

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_of_authority on audit_log using (authority = current_setting('modtag.authority', true));

alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy audit_event_of_authority on audit_event using (authority = current_setting('modtag.authority', true));

alter table audit_checkpoint enable row level security;
alter table audit_checkpoint force row level security;
create policy audit_checkpoint_of_authority on audit_checkpoint using (authority = current_setting('modtag.authority', true));

alter table case_file enable row level security;
alter table case_file force row level security;
create policy case_file_of_authority on case_file using (authority = current_setting('modtag.authority', true));

alter table case_party enable row level security;
alter table case_party force row level security;
create policy case_party_of_authority on case_party using (authority = current_setting('modtag.authority', true));

alter table journal_entry enable row level security;
alter table journal_entry force row level security;
create policy journal_entry_of_authority on journal_entry using (authority = current_setting('modtag.authority', true));

alter table sent_letter enable row level security;
alter table sent_letter force row level security;
create policy sent_letter_of_authority on sent_letter using (authority = current_setting('modtag.authority', true));

alter table protected_person enable row level security;
alter table protected_person force row level security;
create policy protected_person_of_authority on protected_person using (authority = current_setting('modtag.authority', true));

alter table policy_edition enable row level security;
alter table policy_edition force row level security;
create policy policy_edition_of_authority on policy_edition using (authority = current_setting('modtag.authority', true));
