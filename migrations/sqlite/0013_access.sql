-- Ways in for programs: tokens of the HTTP interface, and the answers that came with a key so that they count once however often they are sent.

-- A token is found by its SHA-256; the token itself was shown once and is nowhere here. A name is never given twice.
create table api_token (
    authority text not null,
    name text not null,
    digest blob not null,
    scopes text not null,
    units text not null,
    made_at bigint not null,
    made_by text not null,
    expires_at bigint not null,
    revoked_at bigint,
    used_at bigint,
    primary key (authority, name)
);
create unique index api_token_digest on api_token (authority, digest);

-- What a token answered under which key. Key and request lie as keyed hashes.
create table api_answer (
    authority text not null,
    token text not null,
    key blob not null,
    request blob not null,
    due_at bigint not null,
    kept_at bigint not null,
    primary key (authority, token, key)
);
create index api_answer_kept on api_answer (authority, kept_at);
