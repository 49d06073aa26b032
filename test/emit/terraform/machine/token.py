# The metadata server's way to the machine's own identity: a token for whoever says that it wants Google's metadata.
import http.server
import json


class Token(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/computeMetadata/v1/instance/service-accounts/default/token"
        allowed = self.headers["Metadata-Flavor"] == "Google"
        body = json.dumps({"access_token": "of-the-machine", "expires_in": 3600, "token_type": "Bearer"}).encode()
        self.send_response(200 if known and allowed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", 80), Token).serve_forever()
