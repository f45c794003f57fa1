//! No command opens a socket: the kernel ends any process that tries, and none is ended.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Output, Stdio};

use crate::answer::{fresh, root, text};

/// Runs a program that is killed on its first `socket`, `connect` or `io_uring_setup`, whatever it is for.
#[allow(unsafe_code)] // Between fork and exec only system calls may be made, and these are.
fn without_sockets(program: &str, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    // SAFETY: `refuse_sockets` makes two system calls and touches no memory but its own.
    unsafe { command.pre_exec(refuse_sockets) };
    command.output().expect("the program starts")
}

#[allow(unsafe_code)]
fn refuse_sockets() -> io::Result<()> {
    const NUMBERS: [libc::c_long; 3] = [
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_io_uring_setup,
    ];
    let step = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let is = |number: libc::c_long, skip: u8| {
        step(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            skip,
            0,
            number as u32,
        )
    };
    // The first word that the kernel hands over is the system call's number.
    let mut filter = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        is(NUMBERS[0], 3),
        is(NUMBERS[1], 2),
        is(NUMBERS[2], 1),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(
            libc::BPF_RET | libc::BPF_K,
            0,
            0,
            libc::SECCOMP_RET_KILL_PROCESS,
        ),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: both calls read their arguments only, and the filter lives until they return.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            ) == 0
    };
    match done {
        true => Ok(()),
        false => Err(io::Error::last_os_error()),
    }
}

#[test]
fn no_command_opens_a_socket() {
    let folder = fresh("offline");
    let path = |name: &str| text(&folder.join(name)).to_owned();
    let case = "testdata/capture/case/case.toml";
    let log = "testdata/capture/case/logs/nginx";
    let (answer, made, proposed) = (path("answer"), path("made"), path("case.toml"));
    let commands: [&[&str]; 6] = [
        &["scan", case, "--out", &answer, "--quiet"],
        &["explain", &answer, "p0532"],
        &["inspect", log],
        &["records", "testdata/capture/case/logs/nginx/access.log"],
        &[
            "synth",
            "--seed",
            "5",
            "--tenants",
            "12",
            "--accounts",
            "500",
            "--days",
            "7",
            "--lines",
            "2000",
            "--out",
            &made,
        ],
        &[
            "init",
            "--yes",
            "--out",
            &proposed,
            "tests/cases/scan-two-schools/logs",
        ],
    ];
    for args in commands {
        let output = without_sockets(env!("CARGO_BIN_EXE_breachscope"), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), None, "{args:?} was ended: {said}");
        // `init` refuses to write where no log lies below, and says so without a socket too.
        assert!(
            output.status.success() || args[0] == "init",
            "{args:?}: {said}"
        );
    }
}

#[test]
fn who_opens_one_is_ended() {
    let output = without_sockets("python3", &["-c", "import socket; socket.socket()"]);
    assert_eq!(
        output.status.signal(),
        Some(libc::SIGSYS),
        "the filter bites"
    );
}
