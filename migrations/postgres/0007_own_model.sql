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
    wrapped_key bytea not null,
    sealed bytea not null,
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

alter table own_model enable row level security;
alter table own_model force row level security;
create policy own_model_of_authority on own_model using (authority = current_setting('modtag.authority', true));

alter table own_model_activation enable row level security;
alter table own_model_activation force row level security;
create policy own_model_activation_of_authority on own_model_activation using (authority = current_setting('modtag.authority', true));
