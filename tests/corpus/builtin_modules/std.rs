use core::x;
use alloc::x;
use proc_macro::x;
use vilomid_gezotiv::x;
