-- An image whose test failed is deprecated at the end of its execution, so that no family chooses it. Those from before
-- that are deprecated here. Only their rows are locked.

update image_copy i set deprecated = true
  from execution e
 where e.id = i.execution_id and e.status = 'TEST_FAILED' and i.state = 'COPIED' and not i.deprecated;
