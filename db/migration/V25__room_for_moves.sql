-- An execution's row is written some six times while it runs. With room left in its page these writes stay in the page and
-- leave the indexes alone, until the last one, which ends it; two thirds of them did before, nearly all do with this.
alter table execution set (fillfactor = 70);
