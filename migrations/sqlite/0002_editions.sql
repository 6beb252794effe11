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
