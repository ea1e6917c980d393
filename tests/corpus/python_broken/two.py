import tiduniv_zapuxub
print "hello from python_two"
exec "import exec_string"
