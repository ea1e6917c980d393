package main

import "fmt"
import (
	"net/http"
	alias "github.com/zafoxip/gudoxob/pkg/client"
	_ "github.com/kevutux/bepaxen"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"example.com/acme/shop/cart"
	// "github.com/commented/import"
	`github.com/noganur/goguxix`
)
import "C"

var s = "import \"github.com/string/module\""
