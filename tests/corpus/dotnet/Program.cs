using System;
using System.Collections.Generic;
using static System.Math;
using Sazenax.Fuzuxim;
using Renanek.Senudep.Client;
using Alias = Linokek.Purumak.Deep.Type;
global using Newtonsoft.Json.Linq;
using Acme.App.Models;
// using Commented.Using;
namespace Acme.App {
  class P { string s = "using String.Using;"; void M() { using var f = File.Open(); } }
}
