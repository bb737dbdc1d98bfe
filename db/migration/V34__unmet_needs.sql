-- Few executions wait for a worker that can, but every listing's statement asked: to prepare that question, for the view's
-- look at all locks most of all, took PostgreSQL longer than to read a page. A function in plpgsql is prepared when it
-- is called.

create function unmet_needs(needs text[]) returns text[] language plpgsql stable as $$
begin
    if exists (select from live_worker w where w.able @> needs) then
        return null;
    end if;
    return needs;
end $$;
comment on function unmet_needs is 'What is needed, when no worker that is there can do all of it; else null';

create function live_workers() returns bigint language plpgsql stable as $$
begin
    return (select count(*) from live_worker);
end $$;
comment on function live_workers is 'How many workers are there';
