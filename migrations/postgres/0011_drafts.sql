-- The rule pages: what somebody is writing on before it becomes an edition, and how often each rule decided lately.

-- One draft a person, whole, sealed like the texts of editions. Its version grows by one each time it is saved.
create table rule_draft (
    authority text not null,
    person text not null,
    base bigint not null,
    version bigint not null,
    changed_at bigint not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    primary key (authority, person)
);

create index decision_lately on decision (authority, decided_at, decider);

alter table rule_draft enable row level security;
alter table rule_draft force row level security;
create policy rule_draft_of_authority on rule_draft using (authority = current_setting('modtag.authority', true));
