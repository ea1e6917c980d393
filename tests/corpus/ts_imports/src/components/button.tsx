import type { FC } from "react"
import { x } from "@app/x"
import y from "@/at-alias"
import z from "~/tilde-alias"
import lib from "~lib"
import other from "components/other"
import { type Z } from "vepodav-raramod"
import fs = require("@rizonep/lareren")
export type { Q } from "fasukex-tanunat/types"
let m: import("difamev-gamazun").Thing
import type { Node } from "estree"
declare module "ambient-module" { export const a: number }
const el = <Foo<string> name="from 'tsx-string'" />
