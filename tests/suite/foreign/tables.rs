//! Tables: without a header, with bars, with stamps that only all rows together tell, and as stores export them.

use super::*;

/// Rows without a header: the case names the columns by what stands in them.
#[test]
fn tables_without_a_header() {
    each_holds(&[
        log(
            "commas",
            "access.csv",
            "tcumpsba",
            lines(|a| {
                format!(
                    "{},{},{},{},\"{}\",{},{},\"{}\"",
                    a.iso(),
                    a.client,
                    a.user(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.agent
                )
            }),
        ),
        log(
            "semicolons",
            "access.log",
            "Scumpsba",
            lines(|a| {
                format!(
                    "\"{}\";\"{}\";\"{}\";\"{} {} HTTP/1.1\";\"{}\";\"{}\";\"{}\"",
                    a.clf(),
                    a.client,
                    a.user(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.agent
                )
            }),
        ),
        log(
            "bars",
            "access.log",
            "Scumpsba",
            lines(|a| {
                format!(
                    "{}|{}|{}|{}|{}|{}|{}|0.2|{}",
                    a.client,
                    a.user(),
                    a.when("%Y-%m-%dT%H:%M:%S+01:00", 1),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.agent
                )
            }),
        ),
        log(
            "blanks",
            "access.log",
            "Scumpsba",
            lines(|a| {
                format!(
                    "{} | {} | {} | {} {} HTTP/1.1 | {} | {} | {}",
                    a.client,
                    a.user(),
                    a.clf(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.agent
                )
            }),
        ),
        log(
            "iis",
            "in241114.log",
            "ScumPsb",
            lines(|a| {
                format!(
                    "{}, {}, {}, {}, W3SVC1, WEB01, 10.0.0.5, 120, 376, {}, {}, 0, {}, {}, {},",
                    a.client,
                    a.user(),
                    a.when("%-m/%-d/%Y", 0),
                    a.when("%-H:%M:%S", 0),
                    a.bytes,
                    a.status,
                    a.method,
                    a.path,
                    a.query()
                )
            }),
        ),
    ]);
}

/// Stamps that spreadsheets and databases write.
#[test]
fn stamps_of_spreadsheets() {
    let table = |name, tells, letters: &'static str| {
        let rows = lines(|a| {
            format!(
                "{},{},{},{},{},{},{}",
                a.when(letters, 0),
                a.user.as_deref().unwrap_or(""),
                a.client,
                a.method,
                a.target(),
                a.status,
                a.bytes
            )
        });
        log(
            name,
            "export.csv",
            tells,
            format!("timestamp,user,client_ip,method,url,status,bytes\n{rows}"),
        )
    };
    each_holds(&[
        table("dots", "Scumpsb", "%d.%m.%Y %H:%M:%S"),
        table("minutes", "Mcumpsb", "%Y-%m-%d %H:%M"),
        table("zulu", "Mcumpsb", "%Y-%m-%dT%H:%MZ"),
        table("oracle", "tcumpsb", "%d-NOV-%y %I.%M.%S.%3f %p"),
        table("day-first", "Scumpsb", "%d/%m/%Y %H:%M:%S"),
        table("month-first", "Mcumpsb", "%m/%d/%Y %H:%M"),
    ]);
}

/// Zeek writes a table whose header is one of its lines about the log.
#[test]
fn tables_of_zeek() {
    let head = "#separator \\x09\n#unset_field\t-\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.resp_h\tmethod\turi\tuser_agent\trequest_body_len\tresponse_body_len\tstatus_code\tusername\n#types\ttime\tstring\taddr\taddr\tstring\tstring\tstring\tcount\tcount\tcount\tstring\n";
    let rows = lines(|a| {
        format!(
            "{}.{:03}000\tC{}\t{}\t10.0.0.5\t{}\t{}\t{}\t0\t{}\t{}\t{}",
            a.seconds(),
            a.at % 1000,
            a.number,
            a.client,
            a.method,
            a.target(),
            a.agent,
            a.bytes,
            a.status,
            a.user()
        )
    });
    holds(&log(
        "zeek",
        "http.log",
        "tcumpsba",
        format!("{head}{rows}#close\t2024-11-18-00-00-00\n"),
    ));
}

/// Exports of stores: names with the kind of value behind them, and the line as it came beside its parts.
#[test]
fn exports_of_stores() {
    each_holds(&[
        log(
            "azure",
            "query.csv",
            "tcumpsba",
            format!(
                "\u{feff}TimeGenerated,Category,httpMethod_s,requestUri_s,requestQuery_s,clientIP_s,userAgent_s,httpStatus_d,sentBytes_d,userName_s\n{}",
                lines(|a| format!(
                    "{},ApplicationGatewayAccessLog,{},{},{},{},{},{},{},{}",
                    a.iso(),
                    a.method,
                    a.path,
                    a.query,
                    a.client,
                    a.agent,
                    a.status,
                    a.bytes,
                    a.user.as_deref().unwrap_or("")
                ))
            ),
        ),
        log(
            "datadog",
            "extract.csv",
            "tcumPs",
            format!(
                "Date,Host,@http.method,@http.url_details.path,@http.status_code,@network.client.ip,@usr.id,Content\n{}",
                lines(|a| format!(
                    "{},web1,{},{},{},{},{},\"{}\"",
                    a.iso(),
                    a.method,
                    a.path,
                    a.status,
                    a.client,
                    a.user.as_deref().unwrap_or(""),
                    a.combined().replace('"', "\"\"")
                ))
            ),
        ),
    ]);
}
