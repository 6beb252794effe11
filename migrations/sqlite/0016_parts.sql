-- Parts of a letter that was split: messages of their own, whose content is the letter's as it was received, under its key.

alter table message add column part_of text;
alter table message add column part_number bigint;
create unique index message_part on message (authority, part_of, part_number) where part_of is not null;

-- The same bytes are one received message, in however many parts it goes on.
drop index message_digest;
create unique index message_digest on message (authority, digest) where part_of is null;

-- A letter that was split is counted as its parts.
drop index message_available;
create index message_available on message (authority, available_at, id, stage, outcome);
