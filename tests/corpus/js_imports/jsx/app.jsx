import React from "react"
import { Button } from "@lakuvir/desapan"
export const App = () => <div title="import 'jsx-string'">require("jsx-text")<Button /></div>
