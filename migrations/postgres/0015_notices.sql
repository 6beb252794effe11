-- Notices to case handlers: who wants to be told of new mail and how often, which letters they were told of, and notices on their way.

-- One row for each person ('mail') or unit ('teams'). Units are those the person had when they last signed in, one a line. What is known of
-- their address from elsewhere than the organisation lies sealed.
create table notice_wish (
    authority text not null,
    channel text not null,
    receiver text not null,
    pace text not null,
    units text not null,
    since bigint not null,
    next_at bigint not null,
    seen_at bigint not null,
    version bigint not null,
    changed_at bigint not null,
    changed_by text not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    primary key (authority, channel, receiver)
);
create index notice_wish_next on notice_wish (authority, next_at) where pace <> 'never';

-- A notice says how many letters there are: it is told at least once under its id, or given up after a day.
create table notice (
    authority text not null,
    id text not null,
    key text not null,
    channel text not null,
    receiver text not null,
    state text not null,
    made_at bigint not null,
    due_at bigint not null,
    attempts bigint not null,
    lease_owner text,
    lease_until bigint not null,
    last_fault text,
    done_at bigint,
    primary key (authority, id)
);
create unique index notice_key on notice (authority, key);
create index notice_open on notice (authority, state, due_at) where state in ('due', 'failed');

-- The hand-overs that somebody was told of, so that nobody is told twice.
create table notice_item (
    authority text not null,
    channel text not null,
    receiver text not null,
    message text not null,
    handed_at bigint not null,
    notice text not null,
    primary key (authority, channel, receiver, message, handed_at)
);
create index notice_item_notice on notice_item (authority, notice);

-- The address that the provider gave with the sign-in, sealed; it goes with the session.
alter table session add column address bytea;

alter table notice_wish enable row level security;
alter table notice_wish force row level security;
create policy notice_wish_of_authority on notice_wish using (authority = current_setting('modtag.authority', true));

alter table notice enable row level security;
alter table notice force row level security;
create policy notice_of_authority on notice using (authority = current_setting('modtag.authority', true));

alter table notice_item enable row level security;
alter table notice_item force row level security;
create policy notice_item_of_authority on notice_item using (authority = current_setting('modtag.authority', true));
