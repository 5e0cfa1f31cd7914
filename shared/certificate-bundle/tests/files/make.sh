#!/bin/sh
# Makes the files in this folder again: keys as the tools that people use write them. Needs OpenSSL 3 with its legacy
# provider, keytool of a JDK, and Python. The password is `S3cret pässword` or as the name says.
set -eu
cd "$(dirname "$0")"
password='S3cret pässword'
days=36500
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

issue() { # NAME SUBJECT ISSUER EXTENSION
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
    openssl req -new -key "$work/$1.key" -subj "/CN=$2" -out "$work/$1.csr"
    printf '%b' "$4" > "$work/$1.ext"
    if [ "$1" = "$3" ]; then signer="-signkey $work/$1.key"; else signer="-CA $work/$3.pem -CAkey $work/$3.key"; fi
    # shellcheck disable=SC2086
    openssl x509 -req -in "$work/$1.csr" $signer -days $days -extfile "$work/$1.ext" -out "$work/$1.pem" 2>/dev/null
}
issue root 'Example Root' root 'basicConstraints=critical,CA:TRUE\n'
issue ca 'Example CA' root 'basicConstraints=critical,CA:TRUE\n'
issue leaf 'www.example.com' ca 'subjectAltName=DNS:www.example.com\n'
cat "$work/ca.pem" "$work/root.pem" > "$work/above.pem"
cp "$work/leaf.pem" leaf.pem

pfx() { # NAME PASSWORD ARGUMENTS
    name=$1 with=$2; shift 2
    openssl pkcs12 -export -inkey "$work/leaf.key" -in "$work/leaf.pem" -certfile "$work/above.pem" -name www \
        -passout "pass:$with" -out "$name.p12" "$@"
}
pfx openssl-3 "$password"
pfx openssl-1 "$password" -legacy # RC2-40 for the certificates, triple DES for the key
pfx windows-3des "$password" -legacy -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES
pfx rc2-128-two-key-3des "$password" -legacy -certpbe PBE-SHA1-RC2-128 -keypbe PBE-SHA1-2DES
pfx sha512-mac "$password" -macalg SHA512 -certpbe AES-192-CBC -keypbe AES-128-CBC
pfx no-mac "$password" -nomac
pfx not-encrypted "$password" -certpbe NONE -keypbe NONE
pfx empty-password ''
pfx empty-password-old '' -legacy
pfx many-iterations "$password" -iter 5000000
pfx rc4 "$password" -legacy -certpbe PBE-SHA1-RC4-128 -keypbe PBE-SHA1-RC4-128

# Java asks for ASCII.
rm -f java.p12 java-legacy.p12 java.jks
pfx java-source password
keytool -importkeystore -srckeystore java-source.p12 -srcstorepass password -destkeystore java.p12 \
    -deststoretype PKCS12 -deststorepass password -noprompt 2>/dev/null
keytool -J-Dkeystore.pkcs12.legacy -importkeystore -srckeystore java-source.p12 -srcstorepass password \
    -destkeystore java-legacy.p12 -deststoretype PKCS12 -deststorepass password -noprompt 2>/dev/null
keytool -importkeystore -srckeystore java-source.p12 -srcstorepass password -destkeystore java.jks \
    -deststoretype JKS -deststorepass password -noprompt 2>/dev/null
rm java-source.p12

key() { # NAME ARGUMENTS
    name=$1; shift
    openssl pkcs8 -topk8 -in "$work/leaf.key" -passout "pass:$password" -out "$name.key.pem" "$@"
}
openssl pkcs8 -topk8 -in "$work/leaf.key" -passout pass:Indyb25n -out base64-password.key.pem
key aes-256 -v2 aes-256-cbc
key aes-128-sha1 -v2 aes-128-cbc -v2prf hmacWithSHA1
key aes-192-sha512 -v2 aes-192-cbc -v2prf hmacWithSHA512
key 3des -v2 des3
key pkcs12-3des -v1 PBE-SHA1-3DES
key scrypt -scrypt
openssl ec -in "$work/leaf.key" -aes256 -passout "pass:$password" -out old-openssl.key.pem 2>/dev/null

# Keys of every type, with a self-signed certificate each: as PKCS #8 and as before that (PKCS #1, SEC 1).
plain() { # NAME
    openssl req -new -x509 -key "$1.pkcs8.pem" -subj '/CN=www.example.com' -days $days -out "$1.crt.pem"
}
for bits in 1024 2048 3072 4096; do
    openssl genrsa -out "rsa-$bits.pkcs8.pem" $bits 2>/dev/null
    openssl rsa -in "rsa-$bits.pkcs8.pem" -traditional -out "rsa-$bits.old.pem" 2>/dev/null
    plain rsa-$bits
done
for curve in prime256v1 secp384r1 secp521r1 secp256k1; do
    # With a block EC PARAMETERS before it.
    openssl ecparam -name $curve -genkey -out $curve.old.pem
    openssl pkcs8 -topk8 -nocrypt -in $curve.old.pem -out $curve.pkcs8.pem
    plain $curve
done
openssl genpkey -algorithm ed25519 -out ed25519.pkcs8.pem
plain ed25519

# What newer OpenSSL writes.
python3 pbmac1.py no-mac.p12 pbmac1.p12 "$password"

# What NSS, macOS and old Java libraries write: BER with lengths that are not definite and strings in pieces.
python3 ber.py openssl-3.p12 ber.p12
