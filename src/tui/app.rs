//! stub
pub fn wizard(_: crate::engine::pool::Setup, _: Option<std::path::PathBuf>, _: bool) -> Result<crate::engine::exit::Exit, crate::domain::problem::Problem> { unimplemented!() }
