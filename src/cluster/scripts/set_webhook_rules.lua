-- Sets the webhooks that each app wants.
-- app and rule of each; "" removes the rule
call('DEL', P .. '-')  -- So that it runs when the memory is full.
set_webhook_rules(1)
return 'OK'
