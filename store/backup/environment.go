package backup

import (
	"errors"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

var errURL = errors.New("backup: the postgres URL cannot be read") // the cause quotes the URL

// variables are libpq's, by the name that a URL has for the same.
var variables = map[string]string{
	"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "passfile": "PGPASSFILE",
	"service": "PGSERVICE", "servicefile": "PGSERVICEFILE", "connect_timeout": "PGCONNECT_TIMEOUT", "target_session_attrs": "PGTARGETSESSIONATTRS",
	"sslmode": "PGSSLMODE", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "sslrootcert": "PGSSLROOTCERT", "sslsni": "PGSSLSNI",
	"ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION", "channel_binding": "PGCHANNELBINDING", "krbsrvname": "PGKRBSRVNAME",
	"application_name": "PGAPPNAME", "options": "PGOPTIONS", "database": "PGDATABASE",
}

// drivers are what only our own driver takes.
var drivers = []string{"default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity"}

// environment says in libpq's variables what the URL says. What neither knows is a setting of the session, as the server's driver takes it.
func environment(postgres string) ([]string, error) {
	u, err := url.Parse(postgres)
	if err != nil {
		return nil, errURL
	}
	said, settings := parameters(u), []string{}
	if said["sslpassword"] != "" {
		return nil, errors.New("backup: pg_dump and pg_restore take no sslpassword from elsewhere: use a key file without one")
	}
	env := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		variable, known := variables[name]
		switch {
		case known:
			env[variable] = said[name]
		case !slices.Contains(drivers, name):
			settings = append(settings, "-c "+name+"="+strings.NewReplacer(`\`, `\\`, ` `, `\ `).Replace(said[name]))
		}
	}
	if len(settings) > 0 {
		env["PGOPTIONS"] = strings.TrimSpace(env["PGOPTIONS"] + " " + strings.Join(settings, " "))
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, name+"="+env[name])
	}
	return all, nil
}

// parameters are all parts of the URL by their names.
func parameters(u *url.URL) map[string]string {
	said := map[string]string{}
	put := func(name, value string) {
		if value != "" {
			said[name] = value
		}
	}
	put("user", u.User.Username())
	password, _ := u.User.Password()
	put("password", password)
	put("dbname", strings.TrimPrefix(u.Path, "/"))
	hosts, ports := []string{}, []string{}
	for part := range strings.SplitSeq(u.Host, ",") {
		host, port, err := net.SplitHostPort(part)
		if err != nil {
			host, port = strings.Trim(part, "[]"), ""
		}
		hosts, ports = append(hosts, host), append(ports, port)
	}
	if u.Host != "" {
		put("host", strings.Join(hosts, ","))
	}
	if all := strings.Join(ports, ","); strings.Trim(all, ",") != "" {
		put("port", all)
	}
	for name, values := range u.Query() {
		put(name, values[0])
	}
	return said
}
