-- What the apps want to be told: app and rule by turns.
call('DEL', P .. 'rules')
for i = 1, #ARGV, 2 do call('HSET', P .. 'rules', ARGV[i], ARGV[i + 1]) end
return 'OK'
