-- What happens once although it is sent, or tried, more than once: programs' acts on the rules, and calls about the break-glass account.

-- What a token did to the rules under which key. Key and request lie as keyed hashes; number is the edition that was made or put in force.
create table api_rule_act (
    authority text not null,
    token text not null,
    key blob not null,
    request blob not null,
    number bigint not null,
    kept_at bigint not null,
    primary key (authority, token, key)
);
create index api_rule_act_kept on api_rule_act (authority, kept_at);

-- A call about the break-glass account that was not heard yet.
create table break_glass_call (
    authority text not null,
    id text not null,
    result text not null,
    made_at bigint not null,
    due_at bigint not null,
    attempts bigint not null,
    primary key (authority, id)
);
