-- The desks in the browser: who is signed in, which letter lies open before whom, and answers that can still be taken back.

-- A session is found by the SHA-256 of its token; the token itself is only in the browser.
create table session (
    authority text not null,
    token blob not null,
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
    sealed blob not null,
    primary key (authority, message)
);
create index pending_answer_due on pending_answer (authority, due_at);
