//! S3 as if it were far away. How many calls have to wait for one another cannot be told from those that happen to: but if
//! every call takes as long as any other, and much longer than all that is done in between, the calls of one row begin
//! together, and those that wait for them begin a row of their own.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// How much longer a call takes.
const WAY: Duration = Duration::from_millis(300);

/// The address of a stand-in for a service at `host:port`, which passes every request on after a while. It stands as long as
/// this process.
pub(super) fn far(service: &str) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let (address, service) = (listener.local_addr()?, service.to_owned());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // Whoever is not served sees a connection that ends.
            let _ = serve(client, &service);
        }
    });
    Ok(address)
}

fn serve(client: TcpStream, service: &str) -> io::Result<()> {
    let server = TcpStream::connect(service)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    // What follows an answer is a new request.
    let answered = Arc::new(AtomicBool::new(true));
    let (from, to, flag) = (client.try_clone()?, server.try_clone()?, answered.clone());
    thread::spawn(move || {
        pass(from, to, || {
            if flag.swap(false, Ordering::Relaxed) {
                thread::sleep(WAY);
            }
        })
    });
    thread::spawn(move || pass(server, client, || answered.store(true, Ordering::Relaxed)));
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, before: impl Fn()) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        before();
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
