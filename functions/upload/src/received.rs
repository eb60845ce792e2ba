//! Reading the form that chacra's clients send, while its file goes on to S3.

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use colca_api::ApiError;
use colca_model::{Filename, Invalid, Sha256, Sha512, UploadId};
use colca_runtime::Services;
use colca_store::{ObjectKey, Receiver};
use multer::{Field, Multipart};
use sha2::Digest;

use crate::metered::{Meter, Metered, Stopped};
use crate::quota::Room;

/// chacra's words for a form without a file.
const NO_FILE: &str = "no file object found in \"file\" param in POST request";

/// The longest value of a field that is no file, in bytes.
const LONGEST_FIELD: usize = 1024;

/// The longest boundary between the parts of a form (RFC 2046).
const LONGEST_BOUNDARY: usize = 70;

/// What may stand around the file in a form, in bytes: much more than any client sends.
const AROUND_FILE: u64 = 16 * 1024;

/// A form that arrived. Its file lies in the incoming bucket.
pub(crate) struct Received {
    pub(crate) key: ObjectKey,
    pub(crate) file: File,
    pub(crate) force: bool,
}

/// The file of a form.
pub(crate) struct File {
    /// The name the client gave it.
    pub(crate) name: Option<String>,
    pub(crate) size: u64,
    pub(crate) sha256: Sha256,
    pub(crate) sha512: Sha512,
}

/// A form whose head was read.
pub(crate) struct Form {
    parts: Multipart<'static>,
    meter: Meter,
    /// The length of all of it, if the client says so.
    length: Option<u64>,
}

/// A field whose head was read.
pub(crate) struct Part {
    field: Field<'static>,
    meter: Meter,
}

impl Form {
    /// `limit` is the largest body allowed, in bytes.
    pub(crate) fn begin(request: Request, limit: Option<u64>) -> Result<Self, ApiError> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let length: Option<u64> = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        if let (Some(limit), Some(length)) = (limit, length)
            && length > limit
        {
            return Err(too_large(limit));
        }
        let boundary = header(CONTENT_TYPE).and_then(|content_type| multer::parse_boundary(content_type).ok());
        let boundary = boundary.ok_or_else(|| ApiError::Refused(NO_FILE.to_owned()))?;
        if !(1..=LONGEST_BOUNDARY).contains(&boundary.len()) {
            let rule = format!("must be 1 to {LONGEST_BOUNDARY} characters long");
            return Err(Invalid::new("boundary", rule, boundary).into());
        }
        let (body, meter) = Metered::new(request.into_body(), limit);
        Ok(Self { parts: Multipart::new(body, boundary), meter, length })
    }

    /// The least that its file can be long.
    fn least(&self) -> u64 {
        self.length.map_or(0, |length| length.saturating_sub(AROUND_FILE))
    }

    /// The next field. The one before it must have been read to its end, or let go.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, ApiError> {
        let field = self.parts.next_field().await.map_err(refused)?;
        Ok(field.map(|field| Part { field, meter: self.meter.clone() }))
    }
}

impl Part {
    pub(crate) fn name(&self) -> Option<&str> {
        self.field.name()
    }

    pub(crate) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next bytes of its content.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        let piece = self.field.chunk().await.map_err(refused)?;
        self.meter.used(piece.as_ref().map_or(0, Bytes::len));
        Ok(piece)
    }
}

/// Reads a form with one `file`, for which there is room, and perhaps `force`. Whatever is wrong with it, nothing of it is kept.
pub(crate) async fn receive(
    services: &Services,
    id: &UploadId,
    form: Form,
    mut room: Room<'_>,
) -> Result<Received, ApiError> {
    // Better now than when all its bytes are here.
    room.hold(form.least()).await?;
    let key = ObjectKey::Received { upload: id.clone() };
    let mut file = None;
    match read(services, &key, form, room, &mut file).await {
        Ok(force) => match file {
            Some(file) => Ok(Received { key, file, force }),
            None => Err(ApiError::Refused(NO_FILE.to_owned())),
        },
        Err(error) => {
            if file.is_some() {
                services.objects.delete(&key).await?;
            }
            Err(error)
        }
    }
}

/// Reads the fields; puts the file into `file` when its bytes are in S3. Tells whether there is `force`.
async fn read(
    services: &Services,
    key: &ObjectKey,
    mut form: Form,
    mut room: Room<'_>,
    file: &mut Option<File>,
) -> Result<bool, ApiError> {
    let mut force = false;
    while let Some(mut field) = form.next().await? {
        match field.name() {
            Some("file") if file.is_some() => {
                return Err(Invalid::new("file", "must be there once", "another one").into());
            }
            Some("file") => *file = Some(read_file(services, key, field, &mut room).await?),
            // Any value counts, as for chacra.
            Some("force") => {
                read_short(field).await?;
                force = true;
            }
            other => {
                let name = other.unwrap_or("form").to_owned();
                let value = field.chunk().await?.unwrap_or_default();
                let rule = "is not a known field; known are file and force";
                return Err(Invalid::new(name, rule, String::from_utf8_lossy(&value)).into());
            }
        }
    }
    Ok(force)
}

async fn read_file(
    services: &Services,
    key: &ObjectKey,
    mut field: Part,
    room: &mut Room<'_>,
) -> Result<File, ApiError> {
    let name = field.file_name().map(str::to_owned);
    // Better now than when all its bytes are here.
    name.as_deref().unwrap_or_default().parse::<Filename>()?;
    let mut receiver = services.objects.receive(key.clone());
    match read_bytes(&mut receiver, &mut field, room).await {
        Ok((size, sha256, sha512)) => {
            receiver.finish().await?;
            Ok(File { name, size, sha256, sha512 })
        }
        Err(error) => {
            receiver.abort().await;
            Err(error)
        }
    }
}

async fn read_bytes(
    receiver: &mut Receiver,
    field: &mut Part,
    room: &mut Room<'_>,
) -> Result<(u64, Sha256, Sha512), ApiError> {
    let (mut sha256, mut sha512) = (sha2::Sha256::new(), sha2::Sha512::new());
    let mut size = 0;
    while let Some(piece) = field.chunk().await? {
        size += piece.len() as u64;
        if size > Receiver::LARGEST {
            return Err(too_large(Receiver::LARGEST));
        }
        room.hold(size).await?;
        sha256.update(&piece);
        sha512.update(&piece);
        receiver.push(&piece).await?;
    }
    Ok((size, Sha256::new(sha256.finalize().into()), Sha512::new(sha512.finalize().into())))
}

async fn read_short(mut field: Part) -> Result<(), ApiError> {
    let mut length = 0;
    while let Some(piece) = field.chunk().await? {
        length += piece.len();
        if length > LONGEST_FIELD {
            let rule = format!("must not be longer than {LONGEST_FIELD} bytes");
            return Err(Invalid::new(field.name().unwrap_or_default(), rule, "more").into());
        }
    }
    Ok(())
}

/// What the parser says, in our words.
fn refused(error: multer::Error) -> ApiError {
    if let multer::Error::StreamReadFailed(source) = &error
        && let Some(stopped) = source.downcast_ref::<Stopped>()
    {
        return match stopped {
            Stopped::TooLarge(limit) => too_large(*limit),
            Stopped::NoParts | Stopped::CutOff | Stopped::Silent(_) => {
                Invalid::new("body", stopped.to_string(), "this one").into()
            }
        };
    }
    Invalid::new("body", "must be a whole form (multipart/form-data)", error).into()
}

fn too_large(limit: u64) -> ApiError {
    ApiError::TooLarge(format!(
        "body: must not be larger than {limit} bytes here. Ask for a presigned upload (POST /uploads), which takes files of \
         any size; or send it to `colca-serve`"
    ))
}
