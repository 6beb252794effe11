-- What the classifier believed of letters and what came of it, what it may learn from answers, and which units have been
-- stopped because too much went wrong. Units, KLE numbers and times are clear; a lesson and the grounds for keeping it lie
-- sealed, and a lesson is found by a keyed hash of its message and names none.

create table judged (
    authority text not null,
    message text not null,
    decided_at bigint not null,
    model text not null,
    unit text not null,
    subject text not null,
    subject_sure bigint not null,
    kle_group text,
    group_sure bigint,
    passed_on text,
    unit_right bigint,
    subject_right bigint,
    group_right bigint,
    settled_at bigint,
    settled_by text,
    primary key (authority, message)
);

create index judged_settled on judged (authority, unit, settled_at) where settled_at is not null;
create index judged_passed_on on judged (authority, decided_at) where settled_at is null and passed_on is not null;

create table unseen_stop (
    authority text not null,
    unit text not null,
    stopped_at bigint not null,
    why text not null,
    resumed_at bigint,
    resumed_by text,
    resume_reason text,
    primary key (authority, unit, stopped_at)
);

create table lesson (
    authority text not null,
    lookup text not null,
    unit text not null,
    subject text not null,
    learned_at bigint not null,
    expires_at bigint not null,
    edition text not null,
    wrapped_key blob not null,
    grounds blob not null,
    sealed blob not null,
    primary key (authority, lookup)
);

create index lesson_expires on lesson (authority, expires_at);
