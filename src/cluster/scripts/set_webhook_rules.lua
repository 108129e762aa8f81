-- What the apps want to be told: app and rule by turns; "" for nothing.
call('DEL', P .. '-')  -- So that it runs when the memory is full.
set_rules(1)
return 'OK'
