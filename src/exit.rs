//! What the exit code says, after sysexits(3). A wrong command line ends with 2, as clap has it.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine,
    /// It worked, and there is something to mend.
    Findings,
    /// The command line asks for something that cannot be.
    Usage,
    /// Something that is needed is not there: the state folder is in use, a broker is away.
    Unavailable,
    /// A bug, or a machine in trouble.
    Internal,
    /// The configuration is wrong.
    Config,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Unavailable => 69,
            Exit::Internal => 70,
            Exit::Config => 78,
        })
    }
}
