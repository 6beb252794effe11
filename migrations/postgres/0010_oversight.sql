-- The records manager's desk: what is not journaled, oldest first; what was journaled, newest first; and the trail by kind and time.

create index message_unjournaled on message (authority, available_at) where stage in ('received', 'decided', 'waiting', 'quarantined');
create index effect_journaled on effect (authority, done_at) where kind = 'journal' and state = 'done';
create index audit_event_kind on audit_event (authority, kind, at);
