//! use doc_crate::x;
extern crate kipuzak_vosuvox;
use std::collections::HashMap;
use metimab_rekopaz::client::{self, Client};
use {zefavit_pusuvap::x, anyhow::Result};
use crate::own_module::thing;
use super::upper_module::x;
use self::inner_module::y;
pub use serde_json::Value as V;
mod shapes;
use shapes::Circle;
enum Shape { Round }
use Shape::Round;
// use commented_crate::x;
const S: &str = "use string_crate::x;";
fn main() {
    use ::bilopap_voromuk::deep;
    let models = 1;
}
