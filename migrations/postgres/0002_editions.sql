-- Editions of the policy are numbered, say who made them and why, and when each was put in force. The texts lie sealed
-- in policy_edition. Neither table is ever changed, only added to.

create table rule_edition (
    authority text not null,
    number bigint not null,
    edition text not null,
    made_at bigint not null,
    author text not null,
    reason text not null,
    primary key (authority, number)
);

create unique index rule_edition_digest on rule_edition (authority, edition);

create table rule_activation (
    authority text not null,
    seq bigint not null,
    number bigint not null,
    at bigint not null,
    person text not null,
    reason text not null,
    primary key (authority, seq)
);

alter table rule_edition enable row level security;
alter table rule_edition force row level security;
create policy rule_edition_of_authority on rule_edition using (authority = current_setting('modtag.authority', true));

alter table rule_activation enable row level security;
alter table rule_activation force row level security;
create policy rule_activation_of_authority on rule_activation using (authority = current_setting('modtag.authority', true));
