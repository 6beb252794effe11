-- All that the order of a case handler's list needs of a message, so that its row with what is sealed is not read for each
-- of the thousands of letters that a unit may have open.
create index message_place on message (authority, id, urgent, deadline, stored_at);

-- What is not journaled is few beside all mail: counted and listed from this index alone.
drop index message_unjournaled;
create index message_unjournaled on message (authority, available_at, id, stage)
    where stage in ('received', 'decided', 'waiting', 'quarantined');
