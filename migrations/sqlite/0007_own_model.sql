-- Own models: what the classifier has learned of the authority's own answers, and which of them was promoted or taken back by
-- whom and why. The model itself, weights and calibrations, lies sealed; its measures are counts. Neither table is ever changed,
-- only added to.

create table own_model (
    authority text not null,
    number bigint not null,
    edition text not null,
    base text not null,
    made_at bigint not null,
    author text not null,
    lessons bigint not null,
    measures text not null,
    wrapped_key blob not null,
    sealed blob not null,
    primary key (authority, number)
);

create unique index own_model_edition on own_model (authority, edition);

create table own_model_activation (
    authority text not null,
    seq bigint not null,
    number bigint not null,
    act text not null,
    at bigint not null,
    person text not null,
    reason text not null,
    primary key (authority, seq)
);
