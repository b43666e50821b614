//! stub
use crate::domain::problem::Problem;
pub struct Demo { pub install: std::path::PathBuf, pub look_in: std::path::PathBuf }
pub fn lay_out(_: &std::path::Path, _: &mut dyn FnMut(&mut [u8])) -> Result<Demo, Problem> { unimplemented!() }
pub fn lay_out_large(_: &std::path::Path, _: u32, _: &mut dyn FnMut(&mut [u8])) -> Result<Demo, Problem> { unimplemented!() }
