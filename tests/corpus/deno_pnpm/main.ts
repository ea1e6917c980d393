import { a } from "npm:zod@3"
import { b } from "https://deno.example/url-module.ts"
import { c } from "jsr:@scope/other"
