FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/jawort ./cmd/jawort
RUN mkdir /out/data

# Nothing but the program, the roots that it trusts, and a folder of its own for SQLite.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/jawort /jawort
COPY --from=build --chown=65532:65532 /out/data /var/lib/jawort
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/jawort", "healthcheck"]
ENTRYPOINT ["/jawort"]
CMD ["serve"]
