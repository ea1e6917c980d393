module example.com/acme/shop

go 1.22

require (
	github.com/retavev/zugazip v1.2.3
	github.com/sipuvad/minidaz/v2 v2.0.1 // indirect
	github.com/stretchr/testify v1.9.0
	golang.org/x/sync v0.7.0
	// github.com/commented/out v1.0.0
)
require github.com/fenotid/divizin v0.1.0
require gopkg.in/yaml.v3 v3.0.1
replace example.com/acme/lib => ../lib-folder
exclude github.com/old/excluded v1.0.0
