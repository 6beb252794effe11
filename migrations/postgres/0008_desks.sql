-- The desks in the browser: who is signed in, which letter lies open before whom, and answers that can still be taken back.

-- A session is found by the SHA-256 of its token; the token itself is only in the browser.
create table session (
    authority text not null,
    token bytea not null,
    person text not null,
    roles text not null,
    units text not null,
    made_at bigint not null,
    seen_at bigint not null,
    ends_at bigint not null,
    primary key (authority, token)
);
create index session_ends on session (authority, ends_at);

-- Which post distributor has a waiting letter before them, until when, and how much of it they have seen.
create table desk_claim (
    authority text not null,
    message text not null,
    person text not null,
    claimed_until bigint not null,
    level bigint not null default 0,
    primary key (authority, message)
);

-- An answer that is carried out when its time comes, unless it is taken back before. What was answered lies sealed under the message's key.
create table pending_answer (
    authority text not null,
    message text not null,
    person text not null,
    decision bigint not null,
    made_at bigint not null,
    due_at bigint not null,
    sealed bytea not null,
    primary key (authority, message)
);
create index pending_answer_due on pending_answer (authority, due_at);

alter table session enable row level security;
alter table session force row level security;
create policy session_of_authority on session using (authority = current_setting('modtag.authority', true));

alter table desk_claim enable row level security;
alter table desk_claim force row level security;
create policy desk_claim_of_authority on desk_claim using (authority = current_setting('modtag.authority', true));

alter table pending_answer enable row level security;
alter table pending_answer force row level security;
create policy pending_answer_of_authority on pending_answer using (authority = current_setting('modtag.authority', true));
