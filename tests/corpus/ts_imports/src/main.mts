import { serve } from "vonavoz-famiveb"
import path from "node:path/posix"
const { a } = await import("bimotem-zotizom")
