-- The subject plan (KLE) as the authority has imported it: numbered editions, never changed, only added to; the newest is
-- in force. The content is one compressed text, here and not in the content store: it is read whole, a few hundred
-- kilobytes four times a year, and belongs in one transaction with its audit line. Decisions name the edition they used.

create table subject_plan (
    authority text not null,
    number bigint not null,
    edition text not null,
    imported_at bigint not null,
    person text not null,
    reason text not null,
    label text,
    dated text not null,
    provenance text not null,
    content blob not null,
    primary key (authority, number)
);

alter table decision add column kle text;
