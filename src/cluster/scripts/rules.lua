-- What the apps want to be told: app and rule by turns; "" for nothing.
set_rules(1)
return 'OK'
