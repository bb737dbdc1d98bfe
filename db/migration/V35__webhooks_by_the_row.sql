-- Webhooks are told row by row: a trigger for each statement, with a table of its new rows, takes 0.15 to 0.2 ms of a change of
-- status, one for each row 0.02.

create or replace function tell_webhooks() returns trigger language plpgsql as $$
begin
    insert into webhook_delivery (webhook_id, execution_id, sequence, event)
    select w.id, new.execution_id, new.sequence, to_jsonb(new)
      from webhook w
     where w.account_id = new.account_id and (w.template_id is null or w.template_id = new.template_id);
    return null;
end $$;

-- In one step: to drop the trigger would wait for everybody who reads events, the relay above all, and all others behind it.
create or replace trigger execution_event_is_told after insert on execution_event
    for each row execute function tell_webhooks();
