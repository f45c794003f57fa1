//! Lines of servers, frameworks and devices, in columns of their own.

use super::*;

/// Stamps of every kind in front of bare columns; day and month are told by the days that come.
#[test]
fn stamps_of_every_kind() {
    let bare = |name, tells, letters: &'static str, hours| {
        let content = lines(|a| {
            format!(
                "{} {} {} {} {} {} {}",
                a.when(letters, hours),
                a.client,
                a.user(),
                a.method,
                a.target(),
                a.status,
                a.bytes
            )
        });
        log(name, "access.log", tells, content)
    };
    each_holds(&[
        bare("blank", "tcumpsb", "%Y-%m-%d %H:%M:%S%.3f", 0),
        bare("comma", "tcumpsb", "%Y-%m-%d %H:%M:%S,%3f", 0),
        bare("offset", "tcumpsb", "%Y-%m-%d %H:%M:%S%.3f +02:00", 2),
        bare("bracket", "tcumpsb", "[%Y-%m-%d %H:%M:%S%.3f]", 0),
        bare("slashes", "Scumpsb", "%Y/%m/%d %H:%M:%S", 0),
        bare("bare-dots", "Scumpsb", "%d.%m.%Y %H:%M:%S", 0),
        bare("american", "Scumpsb", "%m/%d/%Y %H:%M:%S", 0),
        bare("british", "Scumpsb", "%d/%m/%Y %H:%M:%S", 0),
        bare("ctime", "Scumpsb", "[%a %b %e %H:%M:%S %Y]", 0),
        bare("mail", "Scumpsb", "%a, %d %b %Y %H:%M:%S GMT", 0),
        bare("packed", "Scumpsb", "%Y%m%dT%H%M%SZ", 0),
        bare("lower", "Scumpsb", "[%d/nov/%Y:%H:%M:%S +0000]", 0),
        bare("seconds", "Scumpsb", "%s", 0),
        bare("millis", "tcumpsb", "%s%3f", 0),
        bare("nanos", "tcumpsb", "%s%9f", 0),
    ]);
}

/// What frameworks print of a request.
#[test]
fn lines_of_frameworks() {
    let tenths = |a: &Asked| a.number * 17 % 900 + 100;
    let port = |a: &Asked| match a.client.contains(':') {
        true => format!("[{}]:4{:04}", a.client, a.number),
        false => format!("{}:4{:04}", a.client, a.number),
    };
    each_holds(&[
        log(
            "gin",
            "gin.log",
            "Scmps",
            lines(|a| {
                let taken = format!("{}.25ms", tenths(a));
                format!(
                    "[GIN] {} | {} | {taken:>13} | {:>15} | {:<8} \"{}\"",
                    a.when("%Y/%m/%d - %H:%M:%S", 0),
                    a.status,
                    a.client,
                    a.method,
                    a.target()
                )
            }),
        ),
        log(
            "chi",
            "chi.log",
            "Scmpsb",
            lines(|a| {
                format!(
                    "{} [web1/Ab-{:06}] \"{} http://skola.example{} HTTP/1.1\" from {} - {} {}B in {}.25ms",
                    a.when("%Y/%m/%d %H:%M:%S", 0),
                    a.number,
                    a.method,
                    a.target(),
                    port(a),
                    a.status,
                    a.bytes,
                    tenths(a)
                )
            }),
        ),
        log(
            "actix",
            "actix.log",
            "Scmpsba",
            lines(|a| {
                format!(
                    "[{} INFO  actix_web::middleware::logger] {} \"{} {} HTTP/1.1\" {} {} \"-\" \"{}\" 0.{}",
                    a.when("%Y-%m-%dT%H:%M:%SZ", 0),
                    a.client,
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.agent,
                    tenths(a)
                )
            }),
        ),
        log(
            "werkzeug",
            "flask.log",
            "Scmps",
            lines(|a| {
                format!(
                    "{} - - [{}] \"{} {} HTTP/1.1\" {} -",
                    a.client,
                    a.when("%d/%b/%Y %H:%M:%S", 0),
                    a.method,
                    a.target(),
                    a.status
                )
            }),
        ),
        log(
            "runserver",
            "django.log",
            "Smpsb",
            lines(|a| {
                format!(
                    "[{}] \"{} {} HTTP/1.1\" {} {}",
                    a.when("%d/%b/%Y %H:%M:%S", 0),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes
                )
            }),
        ),
        log(
            "serilog",
            "app.txt",
            "tmps",
            lines(|a| {
                format!(
                    "{} [INF] HTTP {} {} responded {} in {}.1234 ms",
                    a.when("%Y-%m-%d %H:%M:%S%.3f +01:00", 1),
                    a.method,
                    a.target(),
                    a.status,
                    tenths(a)
                )
            }),
        ),
        log(
            "hypercorn",
            "hypercorn.log",
            "Scmps",
            lines(|a| {
                format!(
                    "[{} +0000] [31] [INFO] {} {} {} 1.1 {} {} {}000",
                    a.when("%Y-%m-%d %H:%M:%S", 0),
                    port(a),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    tenths(a)
                )
            }),
        ),
        log(
            "phpfpm",
            "php.log",
            "Smps",
            lines(|a| {
                format!(
                    "{} -  {} \"{} {}\" {} /srv/index.php 12.5",
                    a.client,
                    a.clf(),
                    a.method,
                    a.target(),
                    a.status
                )
            }),
        ),
        log(
            "uwsgi",
            "uwsgi.log",
            "Scumpsb",
            lines(|a| {
                format!(
                    "[pid: 31|app: 0|req: {0}/{0}] {1} ({2}) {{42 vars in 731 bytes}} [{3}] {4} {5} => generated {6} bytes in {7} msecs (HTTP/1.1 {8}) 4 headers in 161 bytes (1 switches on core 0)",
                    a.number + 1,
                    a.client,
                    a.user.as_deref().unwrap_or(""),
                    a.when("%a %b %e %H:%M:%S %Y", 0),
                    a.method,
                    a.target(),
                    a.bytes,
                    tenths(a),
                    a.status
                )
            }),
        ),
        log(
            "glassfish",
            "server_access.txt",
            "Scumpsb",
            lines(|a| {
                format!(
                    "\"{}\" \"{}\" \"{}\" \"{} {} HTTP/1.1\" {} {}",
                    a.client,
                    a.user.as_deref().unwrap_or("NULL-AUTH-USER"),
                    a.clf(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes
                )
            }),
        ),
        log(
            "weblogic",
            "access.log",
            "Scumpsb",
            format!(
                "#Version:\t1.0\n#Fields:\tdate time c-ip cs-username cs-method cs-uri sc-status bytes time-taken\n{}",
                lines(|a| format!(
                    "{}\t{}\t{}\t{}\t{}\t{}\t{}\t0.{}",
                    a.when("%Y-%m-%d\t%H:%M:%S", 0),
                    a.client,
                    a.user(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    tenths(a)
                ))
            ),
        ),
        log(
            "tls",
            "ssl_request_log",
            "Scmpb",
            lines(|a| {
                format!(
                    "[{}] {} TLSv1.3 TLS_AES_256_GCM_SHA384 \"{} {} HTTP/1.1\" {}",
                    a.clf(),
                    a.client,
                    a.method,
                    a.target(),
                    if a.bytes == 0 {
                        "-".to_owned()
                    } else {
                        a.bytes.to_string()
                    }
                )
            }),
        ),
        log(
            "morgan",
            "web-json.log",
            "tmps",
            objects(
                |a| json!({"log": format!("{} {} {} {} - {}.123 ms\n", a.method, a.target(), a.status, a.bytes, tenths(a)), "stream": "stdout", "time": a.iso()}),
            ),
        ),
    ]);
}

/// Pairs: with labels and tabs, joined by commas, and behind the head of a device's event.
#[test]
fn pairs_of_devices() {
    each_holds(&[
        log(
            "ltsv",
            "access.log",
            "Scumpsba",
            lines(|a| {
                format!(
                    "time:{}\thost:{}\tforwardedfor:-\tuser:{}\treq:{} {} HTTP/1.1\tstatus:{}\tsize:{}\treferer:-\tua:{}\treqtime:0.2\tvhost:skola.example",
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
            "pairs-commas",
            "f5.log",
            "Scumpsb",
            lines(|a| {
                format!(
                    "<190>{} bigip1 info logger: hostname=\"bigip1\",client_ip=\"{}\",username=\"{}\",http_method=\"{}\",http_uri=\"{}\",http_status=\"{}\",bytes=\"{}\",time=\"{}\"",
                    a.when("%b %e %H:%M:%S", 0),
                    a.client,
                    a.user(),
                    a.method,
                    a.target(),
                    a.status,
                    a.bytes,
                    a.when("%Y-%m-%dT%H:%M:%SZ", 0)
                )
            }),
        ),
        log(
            "cef",
            "waf.log",
            "tcumpsa",
            lines(|a| {
                format!(
                    "<14>{} waf1 CEF:0|Wall|WAF|12.1|TR|Access|1|cat=TR src={} spt=40000 suser={} requestMethod={} app=HTTPS request={} outcome={} rt={} requestClientApplication={} dst=10.0.0.5",
                    a.when("%b %e %H:%M:%S", 0),
                    a.client,
                    a.user(),
                    a.method,
                    a.target().replace('=', "\\="),
                    a.status,
                    a.at,
                    a.agent
                )
            }),
        ),
        log(
            "leef",
            "waf.log",
            "tcumps",
            lines(|a| {
                format!(
                    "LEEF:2.0|Wall|WAF|14|Access|\tdevTime={}\tsrc={}\tusrName={}\tmethod={}\turl={}\tresponseCode={}",
                    a.iso(),
                    a.client,
                    a.user(),
                    a.method,
                    a.target(),
                    a.status
                )
            }),
        ),
        log(
            "quoted",
            "access.log",
            "Scumpsb",
            lines(|a| {
                format!(
                    "time=\"{}\" client=\"{}\" user=\"{}\" method=\"{}\" uri_path=\"{}\" uri_query=\"{}\" status=\"{}\" bytes_out=\"{}\"",
                    a.when("%Y-%m-%dT%H:%M:%S+0100", 1),
                    a.client,
                    a.user(),
                    a.method,
                    a.path,
                    a.query(),
                    a.status,
                    a.bytes
                )
            }),
        ),
    ]);
}
