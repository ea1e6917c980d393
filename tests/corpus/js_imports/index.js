// import "commented_js"
/* const a = require("block-comment") */
import x from "tinukiv-vikoxut"
import { a as b } from '@furopud/putopaz'
import * as ns from "romuxiv-fikorop/lib/deep.js"
import "tagivon-devepom/register.css";
import def, { other } from "react"
import merge from "lodash/merge"
import core from "@babel/core/lib/index.js"
import fs from "node:fs"
import { readFile } from "fs/promises"
import local from "./local-file"
import up from "../up-file"
import abs from "/abs-file"
export { y } from "fusuzud-sirixer"
export * from "rxjs"
const lazy = () => import("bopabaz-ditebon")
const t = import(`@pamumik/lasoxan`)
const p = require("darabun-sotomip"), q = require('path')
const r = require.resolve("gitoxuk-petotem/package.json")
const s = "import z from 'string-module'"
const u = `require("template-string")`
const re = /require\("regex-module"\)/
const dyn = require(variable)
const obj = { require: "not-a-call" }
obj.require("method-call")
